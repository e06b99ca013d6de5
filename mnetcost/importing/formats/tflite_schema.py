"""What the numbers of a TFLite file are called.

Source: TensorFlow, tensorflow/compiler/mlir/lite/schema/schema.fbs. A list begins at 0.
"""

_OPERATORS = """
    ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE
    EMBEDDING_LOOKUP FLOOR FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D
    LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1
    RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS SKIP_GRAM
    CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND
    SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE
    BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM
    CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE
    SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT RSQRT SHAPE POW
    ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT UNPACK
    REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR
    LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS
    WHERE RANK ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE
    NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM
    BATCH_MATMUL PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG
    REAL COMPLEX_ABS HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL
    CONV_3D_TRANSPOSE VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL
    BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD
    UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2 UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR
    RIGHT_SHIFT STABLEHLO_LOGISTIC STABLEHLO_ADD STABLEHLO_DIVIDE STABLEHLO_MULTIPLY
    STABLEHLO_MAXIMUM STABLEHLO_RESHAPE STABLEHLO_CLAMP STABLEHLO_CONCATENATE
    STABLEHLO_BROADCAST_IN_DIM STABLEHLO_CONVOLUTION STABLEHLO_SLICE STABLEHLO_CUSTOM_CALL
    STABLEHLO_REDUCE STABLEHLO_ABS STABLEHLO_AND STABLEHLO_COSINE STABLEHLO_EXPONENTIAL
    STABLEHLO_FLOOR STABLEHLO_LOG STABLEHLO_MINIMUM STABLEHLO_NEGATE STABLEHLO_OR STABLEHLO_POWER
    STABLEHLO_REMAINDER STABLEHLO_RSQRT STABLEHLO_SELECT STABLEHLO_SUBTRACT STABLEHLO_TANH
    STABLEHLO_SCATTER STABLEHLO_COMPARE STABLEHLO_CONVERT STABLEHLO_DYNAMIC_SLICE
    STABLEHLO_DYNAMIC_UPDATE_SLICE STABLEHLO_PAD STABLEHLO_IOTA STABLEHLO_DOT_GENERAL
    STABLEHLO_REDUCE_WINDOW STABLEHLO_SORT STABLEHLO_WHILE STABLEHLO_GATHER STABLEHLO_TRANSPOSE
    DILATE STABLEHLO_RNG_BIT_GENERATOR REDUCE_WINDOW STABLEHLO_COMPOSITE
"""  # versions of the schema disagree on what comes next
OPERATORS = _OPERATORS.split()
CUSTOM = OPERATORS.index("CUSTOM")

_TYPES = """
    FLOAT32 FLOAT16 INT32 UINT8 INT64 STRING BOOL INT16 COMPLEX64 INT8 FLOAT64 COMPLEX128 UINT64
    RESOURCE VARIANT UINT32 UINT16 INT4 BFLOAT16 INT2 UINT4
"""
TYPES = _TYPES.split()
BITS = {  # of a number; those of a text and of a handle differ from one to the next
    **dict.fromkeys(("FLOAT32", "INT32", "UINT32"), 32),
    **dict.fromkeys(("FLOAT16", "BFLOAT16", "INT16", "UINT16"), 16),
    **dict.fromkeys(("UINT8", "INT8", "BOOL"), 8),
    **dict.fromkeys(("INT64", "UINT64", "FLOAT64", "COMPLEX64"), 64),
    **dict.fromkeys(("INT4", "UINT4"), 4),
    "INT2": 2,
    "COMPLEX128": 128,
}

# Options by the number of their table: their fields in order, with a default that is not 0. A field
# that is not named below is a whole number of 32 bits.
UNUSED = "-"
_RECURRENT = "fused_activation_function cell_clip proj_clip"
_SEQUENCE = "time_major fused_activation_function"
OPTIONS = {
    1: "padding stride_w stride_h fused_activation_function dilation_w_factor=1 dilation_h_factor=1"
    " quantized_bias_type",
    2: "padding stride_w stride_h depth_multiplier fused_activation_function dilation_w_factor=1"
    " dilation_h_factor=1",
    5: "padding stride_w stride_h filter_width filter_height fused_activation_function",
    6: "rank fused_activation_function asymmetric_quantize_inputs",
    7: "fused_activation_function asymmetric_quantize_inputs",
    8: "fused_activation_function weights_format keep_num_dims asymmetric_quantize_inputs"
    " quantized_bias_type",
    9: "beta",
    10: "axis fused_activation_function",
    11: "fused_activation_function pot_scale_int16=1",
    12: "fused_activation_function",
    13: "radius bias alpha beta",
    14: f"{_RECURRENT} kernel_type asymmetric_quantize_inputs",
    15: f"{UNUSED} {UNUSED} align_corners half_pixel_centers",
    16: "subgraph",
    17: "new_shape",
    19: "block_size",
    21: "fused_activation_function",
    23: "axis batch_dims",
    27: "keep_dims",
    28: "fused_activation_function pot_scale_int16=1",
    29: "fused_activation_function",
    30: "squeeze_dims",
    31: f"{_SEQUENCE} asymmetric_quantize_inputs",
    32: "begin_mask end_mask ellipsis_mask new_axis_mask shrink_axis_mask offset",
    35: "num_splits",
    37: "in_data_type out_data_type",
    40: "output_type",
    49: "padding stride_w stride_h fused_activation_function quantized_bias_type",
    55: "out_type",
    57: "output_type",
    58: "min max num_bits narrow_range",
    59: "values_count axis",
    61: "axis",
    64: "num axis",
    69: f"{_RECURRENT} merge_outputs time_major=1 asymmetric_quantize_inputs",
    70: f"{_SEQUENCE} merge_outputs asymmetric_quantize_inputs",
    71: f"{_RECURRENT} time_major asymmetric_quantize_inputs diagonal_recurrent_tensors",
    74: "align_corners half_pixel_centers",
    75: "alpha",
    77: "mode",
    79: "num_splits",
    87: "seq_dim batch_dim",
    92: "then_subgraph_index else_subgraph_index",
    93: "cond_subgraph_index body_subgraph_index",
    94: "block_size",
    101: "adj_x adj_y asymmetric_quantize_inputs",
    102: "exclusive reverse",
    103: "init_subgraph_index",
    106: "padding stride_d stride_w stride_h fused_activation_function dilation_d_factor=1"
    " dilation_w_factor=1 dilation_h_factor=1",
    116: "approximate",
}
_FLAGS = """
    asymmetric_quantize_inputs keep_num_dims pot_scale_int16 align_corners half_pixel_centers
    keep_dims time_major offset narrow_range merge_outputs diagonal_recurrent_tensors adj_x adj_y
    exclusive reverse approximate
"""
FLAGS = frozenset(_FLAGS.split())
FRACTIONS = frozenset(("beta", "bias", "alpha", "cell_clip", "proj_clip", "min", "max"))
LISTS = frozenset(("new_shape", "squeeze_dims"))
_TYPED = ("quantized_bias_type", "in_data_type", "out_data_type", "output_type", "out_type")
WORDS = {
    **dict.fromkeys(_TYPED, TYPES),
    "fused_activation_function": ["NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"],
    "kernel_type": ["FULL", "BASIC"],
    "mode": ["REFLECT", "SYMMETRIC"],
    "padding": ["SAME", "VALID"],
    "weights_format": ["DEFAULT", "SHUFFLED4x16INT8"],
}
