"""Loops over packed answers, compiled: the twin of :mod:`headway.scale.items.plain`.

One logistic a cell and sweep, in vector registers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from headway.scale.items.elementary import exp_minus, log

CHUNK = 1024  # cells added up in the abilities' own type before they join a sum in double
FLUSH = 32  # items, likewise

# No NaN or infinity is made here, but sums may be reordered: that is what vectorises them.
LOOSE = {"nsz", "arcp", "contract", "afn", "reassoc"}
_options: dict[str, Any] = {"nogil": True, "cache": True, "error_model": "numpy"}
kernel = njit(**_options, fastmath=LOOSE)


@kernel
def item_sums(code: Any, bits: Any, theta: Any, a: Any, b: Any, out: Any) -> None:
    """Sums over models, by item: error, error z, weight, weight z, weight z z: out (J', 5)."""
    real = theta.dtype.type
    mask, shift = np.int32((1 << bits) - 1), np.int32(bits)
    one = real(1)
    items, models = code.shape
    for j in range(items):
        aj, ab = real(a[j]), real(a[j] * b[j])
        for k in range(5):
            out[j, k] = 0.0
        for low in range(0, models, CHUNK):
            s0, s1, s2, s3, s4 = real(0), real(0), real(0), real(0), real(0)
            for m in range(low, min(low + CHUNK, models)):
                c = np.int32(code[j, m])
                n = real(np.int32(c >> shift))
                z = aj * theta[m] - ab
                p = one / (one + exp_minus(z))
                e = real(np.int32(c & mask)) - n * p
                w = n * p * (one - p)
                s0 += e
                s1 += e * z
                s2 += w
                s3 += w * z
                s4 += w * z * z
            out[j, 0] += s0
            out[j, 1] += s1
            out[j, 2] += s2
            out[j, 3] += s3
            out[j, 4] += s4


@kernel
def model_sums(code: Any, bits: Any, theta: Any, a: Any, b: Any, gradient: Any, info: Any) -> None:
    """Add a error and a a weight of every item to gradient (M,) and info (M,), in double."""
    real = theta.dtype.type
    mask, shift = np.int32((1 << bits) - 1), np.int32(bits)
    one = real(1)
    items, models = code.shape
    g, h = np.zeros(models, theta.dtype), np.zeros(models, theta.dtype)
    for j in range(items):
        aj, ab = real(a[j]), real(a[j] * b[j])
        for m in range(models):
            c = np.int32(code[j, m])
            n = real(np.int32(c >> shift))
            p = one / (one + exp_minus(aj * theta[m] - ab))
            g[m] += aj * (real(np.int32(c & mask)) - n * p)
            h[m] += aj * aj * (n * p * (one - p))
        if (j + 1) % FLUSH == 0 or j == items - 1:
            for m in range(models):
                gradient[m] += g[m]
                info[m] += h[m]
                g[m] = h[m] = real(0)


@kernel
def thin_item_sums(
    start: Any, model: Any, packed: Any, bits: Any, theta: Any, a: Any, b: Any, out: Any
) -> None:
    """As :func:`item_sums` of observed cells; item j has those from start[j] to start[j + 1]."""
    real = theta.dtype.type
    mask, shift = np.int32((1 << bits) - 1), np.int32(bits)
    one = real(1)
    for j in range(len(a)):
        aj, ab = real(a[j]), real(a[j] * b[j])
        for k in range(5):
            out[j, k] = 0.0
        for low in range(start[j], start[j + 1], CHUNK):
            s0, s1, s2, s3, s4 = real(0), real(0), real(0), real(0), real(0)
            for i in range(low, min(low + CHUNK, start[j + 1])):
                c = np.int32(packed[i])
                n = real(np.int32(c >> shift))
                z = aj * theta[model[i]] - ab
                p = one / (one + exp_minus(z))
                e = real(np.int32(c & mask)) - n * p
                w = n * p * (one - p)
                s0 += e
                s1 += e * z
                s2 += w
                s3 += w * z
                s4 += w * z * z
            out[j, 0] += s0
            out[j, 1] += s1
            out[j, 2] += s2
            out[j, 3] += s3
            out[j, 4] += s4


@kernel
def thin_model_sums(
    start: Any, model: Any, packed: Any, bits: Any, theta: Any, a: Any, b: Any, gradient: Any,
    info: Any,
) -> None:  # fmt: skip
    """As :func:`model_sums` of observed cells."""
    real = theta.dtype.type
    mask, shift = np.int32((1 << bits) - 1), np.int32(bits)
    one = real(1)
    for j in range(len(a)):
        aj, ab = real(a[j]), real(a[j] * b[j])
        for i in range(start[j], start[j + 1]):
            c = np.int32(packed[i])
            n = real(np.int32(c >> shift))
            m = model[i]
            p = one / (one + exp_minus(aj * theta[m] - ab))
            gradient[m] += aj * (real(np.int32(c & mask)) - n * p)
            info[m] += aj * aj * (n * p * (one - p))


@kernel
def lost_rows(
    code: Any, bits: Any, theta: Any, a: Any, b: Any, precision: Any, kept: Any, rows: Any,
    value: Any,
) -> None:  # fmt: skip
    """Rows (J', D, M) whose squares each item takes from the information ``kept`` (M,).

    ``precision`` (D, D) is that of the population of items; ``value`` (J',) takes the items'
    log-likelihoods.
    """
    real = theta.dtype.type
    mask, shift = np.int32((1 << bits) - 1), np.int32(bits)
    one = real(1)
    items, models = code.shape
    d = len(precision)
    z, w, h = (
        np.zeros(models, theta.dtype),
        np.zeros(models, theta.dtype),
        np.zeros(models, theta.dtype),
    )
    for j in range(items):
        aj, ab = real(a[j]), real(a[j] * b[j])
        total, s0, s1, s2 = 0.0, 0.0, 0.0, 0.0
        for low in range(0, models, CHUNK):
            v, p0, p1, p2 = real(0), real(0), real(0), real(0)
            for m in range(low, min(low + CHUNK, models)):
                c = np.int32(code[j, m])
                n = real(np.int32(c >> shift))
                x = aj * theta[m] - ab
                e = one + exp_minus(x)
                p = one / e
                y = n * p * (one - p)
                z[m] = x
                w[m] = y
                v += (real(np.int32(c & mask)) - n) * x - n * log(e)
                p0 += y
                p1 += y * x
                p2 += y * x * x
            total += v
            s0 += p0
            s1 += p1
            s2 += p2
        value[j] = total
        bb = a[j] * a[j] * s0 + precision[d - 1, d - 1]
        aa, away = real(aj * aj), real(0)
        if d == 2:
            ab_ = precision[0, 1] - a[j] * s1
            left = s2 + precision[0, 0]
            area = left * bb - ab_ * ab_
            # Cholesky factor of the inverse of [[left, ab], [ab, bb]].
            top = np.sqrt(bb / area)
            side = -ab_ / area / top
            down = real(np.sqrt(max(left / area - side * side, 0.0)))
            t, u = real(top * a[j]), real(-side * a[j] * a[j])
            for m in range(models):
                rows[j, 0, m] = w[m] * (t * z[m] + u)
            away = -down * aa
        else:
            away = -real(np.sqrt(1.0 / bb)) * aa
        for m in range(models):
            rows[j, d - 1, m] = away * w[m]
            h[m] += aa * w[m]
        if (j + 1) % FLUSH == 0 or j == items - 1:
            for m in range(models):
                kept[m] += h[m]
                h[m] = real(0)


@kernel
def node_values(code: Any, bits: Any, theta: Any, a: Any, b: Any, value: Any, p: Any) -> None:
    """Log-likelihood of one item at its nodes (K,), and its chances p there (K, M)."""
    real = theta.dtype.type
    mask, shift = np.int32((1 << bits) - 1), np.int32(bits)
    one = real(1)
    models = len(code)
    for k in range(len(a)):
        ak, ab = real(a[k]), real(a[k] * b[k])
        total = 0.0
        for low in range(0, models, CHUNK):
            part = real(0)
            for m in range(low, min(low + CHUNK, models)):
                c = np.int32(code[m])
                n = real(np.int32(c >> shift))
                x = ak * theta[m] - ab
                e = one + exp_minus(x)
                p[k, m] = one / e
                part += (real(np.int32(c & mask)) - n) * x - n * log(e)
            total += part
        value[k] = total


@kernel
def orthonormal(powers: Any, share: Any, basis: Any) -> None:
    """Basis (K, R): polynomials (K, R + 1) of the nodes times the square root of their share.

    Gram and Schmidt, twice (once leaves rounding where posteriors are narrow); the first
    polynomial is the constant, to which all are made orthogonal and which is left out.
    """
    nodes, functions = powers.shape
    all_of = np.empty((functions, nodes))
    for f in range(functions):
        for k in range(nodes):
            all_of[f, k] = powers[k, f] * np.sqrt(share[k])
        for _ in range(2):
            for e in range(f):
                dot = 0.0
                for k in range(nodes):
                    dot += all_of[e, k] * all_of[f, k]
                for k in range(nodes):
                    all_of[f, k] -= dot * all_of[e, k]
        size = 0.0
        for k in range(nodes):
            size += all_of[f, k] ** 2
        # Shares that sit on too few nodes leave nothing of a polynomial.
        size = 1 / np.sqrt(size) if size > 1e-24 else 0.0
        for k in range(nodes):
            all_of[f, k] *= size
            if f:
                basis[k, f - 1] = all_of[f, k]


@kernel
def _shares(log_w: Any, value: Any) -> Any:
    """Turn log weights (K,) into shares of the sum of weights times exp(value); log of the sum."""
    top, weight = -np.inf, 0.0
    for k in range(len(value)):
        log_w[k] += value[k]
        top = max(top, log_w[k])
    for k in range(len(value)):
        log_w[k] = np.exp(log_w[k] - top)
        weight += log_w[k]
    for k in range(len(value)):
        log_w[k] /= weight
    return top + np.log(weight)


@kernel
def _mixed(part: Any, p: Any, mean: Any) -> Any:
    """Fill mean (M,) with the sum over nodes of part (K,) times p (K, M); the sum of part."""
    real = mean.dtype.type
    mean[:] = real(0)
    for k in range(len(part)):
        some = real(part[k])
        for m in range(len(mean)):
            mean[m] += some * p[k, m]
    return real(part.sum())


@kernel
def node_sums(
    code: Any, bits: Any, theta: Any, a: Any, b: Any, powers: Any, log_w: Any, total: Any,
    gradient: Any, info: Any, basis: Any, rows: Any,
) -> None:  # fmt: skip
    """Sum every item over its nodes.

    ``log_w`` (J', K) comes with the log prior weight of each node and leaves with the share w of
    its sum; ``total`` (J',) takes the log of the sum. Adds the mean score to ``gradient`` (M,) and
    the mean information to ``info`` (M,). ``basis`` (J', K, R) and ``rows`` (J', R, M), or with no
    item, take the :func:`orthonormal` polynomials and the scores projected on them.
    """
    real = theta.dtype.type
    mask, shift = np.int32((1 << bits) - 1), np.int32(bits)
    items, models = code.shape
    nodes = a.shape[1]
    p = np.empty((nodes, models), theta.dtype)
    value, part = np.empty(nodes), np.empty(nodes)
    mean, curve = np.empty(models, theta.dtype), np.empty(models, theta.dtype)
    for j in range(items):
        node_values(code[j], bits, theta, a[j], b[j], value, p)
        total[j] = _shares(log_w[j], value)
        curve[:] = real(0)
        for k in range(nodes):
            waa = real(log_w[j, k] * a[j, k] ** 2)
            for m in range(models):
                q = p[k, m]
                curve[m] += waa * (q - q * q)
        part[:] = log_w[j] * a[j]
        steep = _mixed(part, p, mean)
        for m in range(models):
            c = np.int32(code[j, m])
            n = real(np.int32(c >> shift))
            gradient[m] += real(np.int32(c & mask)) * steep - n * mean[m]
            info[m] += n * curve[m]
        if len(rows):
            orthonormal(powers, log_w[j], basis[j])
            for r in range(basis.shape[2]):
                part[:] = basis[j, :, r] * np.sqrt(log_w[j]) * a[j]
                steep = _mixed(part, p, mean)
                for m in range(models):
                    c = np.int32(code[j, m])
                    n = real(np.int32(c >> shift))
                    rows[j, r, m] = real(np.int32(c & mask)) * steep - n * mean[m]
