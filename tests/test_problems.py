"""Problems as they are passed on."""

import pickle

import pytest

import mnetcost


def test_errors_survive_pickling():
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load("nowhere")
    copy = pickle.loads(pickle.dumps(error.value))
    assert (copy.problems, str(copy)) == (error.value.problems, str(error.value))
