"""exp and log for compiled loops: the library's are not vectorised by the compiler, these are.

Cephes' reduction to 2**k times a polynomial, accurate to a few units in the last place of the type
of the argument (exp) or of the result where it is not near zero (log).
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from llvmlite import ir
from numba import float32, float64, int32, int64, types
from numba.extending import intrinsic, overload

# Not loose as the loops are: reordered, the rounding to 2**k would be lost.
of_type = partial(overload, inline="always", jit_options={"error_model": "numpy"})


@intrinsic
def _float_of_bits(_typing: Any, bits: Any) -> Any:
    wide = bits == types.int64
    real, low = (float64, ir.DoubleType()) if wide else (float32, ir.FloatType())
    return real(bits), lambda _ctx, build, _sig, args: build.bitcast(args[0], low)


@intrinsic
def _bits_of_float(_typing: Any, real: Any) -> Any:
    wide = real == types.float64
    bits, low = (int64, ir.IntType(64)) if wide else (int32, ir.IntType(32))
    return bits(real), lambda _ctx, build, _sig, args: build.bitcast(args[0], low)


def exp_minus(z: Any) -> Any:
    """exp(-z), with z held within the range of its type; compiled loops alone have it."""


def _exp_minus_32(z: Any) -> Any:
    f = np.float32
    x = min(max(-z * f(1.4426950408889634), f(-126)), f(126))
    k = np.floor(x + f(0.5))
    t = x - k
    r = f(1.5353362e-4)
    r = r * t + f(1.3398874e-3)
    r = r * t + f(9.6184373e-3)
    r = r * t + f(5.5503324e-2)
    r = r * t + f(2.4022648e-1)
    r = r * t + f(6.9314720e-1)
    r = r * t + f(1)
    return r * _float_of_bits(np.int32((np.int32(k) + np.int32(127)) << np.int32(23)))


def _exp_minus_64(z: Any) -> Any:
    x = min(max(-z * 1.4426950408889634, -1000.0), 1000.0)
    k = np.floor(x + 0.5)
    t = (x - k) * 0.6931471805599453
    r = 2.08767569878681e-9
    r = r * t + 2.505210838544172e-8
    r = r * t + 2.755731922398589e-7
    r = r * t + 2.7557319223985893e-6
    r = r * t + 2.48015873015873e-5
    r = r * t + 1.984126984126984e-4
    r = r * t + 1.388888888888889e-3
    r = r * t + 8.333333333333333e-3
    r = r * t + 4.1666666666666664e-2
    r = r * t + 0.16666666666666666
    r = r * t + 0.5
    r = r * t + 1.0
    r = r * t + 1.0
    return r * _float_of_bits(np.int64(np.int32(k) + np.int32(1023)) << np.int64(52))


@of_type(exp_minus)
def _exp_minus_of(z: Any) -> Any:
    return _exp_minus_32 if z == types.float32 else _exp_minus_64


def log(x: Any) -> Any:
    """Natural logarithm of a normal number; compiled loops alone have it."""


def _log_32(x: Any) -> Any:
    f = np.float32
    bits = np.int32(_bits_of_float(x) - np.int32(0x3F3504F3))  # so that m lies in 0.7..1.4
    k = np.int32(bits >> np.int32(23))
    m = _float_of_bits(np.int32((bits & np.int32(0x7FFFFF)) + np.int32(0x3F3504F3)))
    s = (m - f(1)) / (m + f(1))
    q = s * s
    r = f(0.2222222)
    r = r * q + f(0.2857143)
    r = r * q + f(0.4)
    r = r * q + f(0.6666667)
    r = r * q + f(2)
    return f(k) * f(0.69314718) + s * r


def _log_64(x: Any) -> Any:
    bits = _bits_of_float(x) - np.int64(0x3FE6A09E667F3BCD)
    k = np.int32(np.int32(np.uint64(bits) >> np.uint64(32)) >> np.int32(20))
    m = _float_of_bits((bits & np.int64(0xFFFFFFFFFFFFF)) + np.int64(0x3FE6A09E667F3BCD))
    s = (m - 1.0) / (m + 1.0)
    q = s * s
    r = 2.0 / 19
    for odd in (17, 15, 13, 11, 9, 7, 5, 3, 1):
        r = r * q + 2.0 / odd
    return np.float64(k) * 0.6931471805599453 + s * r


@of_type(log)
def _log_of(x: Any) -> Any:
    return _log_32 if x == types.float32 else _log_64
