"""LSAT6 and LSAT7 against values of established packages."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from headway.errors import ScaleError
from headway.scale.items.fit import m2, reliability, s_x2
from headway.scale.items.mml import mml
from headway.scale.responses import Responses

# a, its SE, d, its SE, b of the two-parameter curve
TWO_PL = {
    6: [
        [0.82566, 0.2581, 2.77323, 0.2057, -3.3588],
        [0.72274, 0.1867, 0.99020, 0.0900, -1.3701],
        [0.89087, 0.2328, 0.24915, 0.0763, -0.2797],
        [0.68837, 0.1851, 1.28476, 0.0990, -1.8664],
        [0.65686, 0.2099, 2.05327, 0.1354, -3.1259],
    ],
    7: [
        [0.98755, 0.1772, 1.85586, 0.1315, -1.8793],
        [1.08084, 0.1688, 0.80797, 0.0912, -0.7475],
        [1.70748, 0.3211, 1.80521, 0.2048, -1.0572],
        [0.76499, 0.1341, 0.48600, 0.0749, -0.6353],
        [0.73567, 0.1511, 1.85446, 0.1144, -2.5208],
    ],
}
RASCH = {
    6: (0.57024, [2.7300, 0.9986, 0.2399, 1.3065, 2.0994]),
    7: (1.02265, [1.8683, 0.7910, 1.4610, 0.5215, 1.9930]),
}
LOGLIK = {(6, "two_pl"): -2466.653, (6, "rasch"): -2466.938, (7, "two_pl"): -2658.805}
LOGLIK[7, "rasch"] = -2664.901


@pytest.fixture(scope="module")
def lsat(shared):
    def read(n):
        path = shared / "data" / "lsat" / f"lsat{n}.csv"
        return Responses.of_matrix(np.loadtxt(path, delimiter=",", skiprows=1))

    return {n: read(n) for n in (6, 7)}


@pytest.fixture(scope="module")
def fits(lsat):
    return {(n, kind): mml(lsat[n], kind) for n in (6, 7) for kind in ("two_pl", "rasch")}


@pytest.mark.parametrize("n", [6, 7])
def test_two_pl(fits, n):
    fit, want = fits[n, "two_pl"], np.array(TWO_PL[n]).T
    for name, column, within in (("a", 0, 1e-4), ("d", 2, 1e-4), ("b", 4, 1e-4)):
        np.testing.assert_allclose(getattr(fit, name), want[column], rtol=0, atol=within)
    for name, column in (("se_a", 1), ("se_d", 3)):
        np.testing.assert_allclose(getattr(fit, name), want[column], rtol=0, atol=1e-3)


@pytest.mark.parametrize("n", [6, 7])
def test_rasch_with_free_variance(fits, n):
    fit, (variance, d) = fits[n, "rasch"], RASCH[n]
    assert fit.variance == pytest.approx(variance, abs=1e-4)
    np.testing.assert_allclose(fit.d, d, rtol=0, atol=1e-4)


@pytest.mark.parametrize(("n", "kind"), list(LOGLIK))
def test_loglik_to_the_printed_digits(fits, n, kind):
    assert round(fits[n, kind].loglik, 3) == LOGLIK[n, kind]
    assert fits[n, kind].gradient < 1e-6


def test_reference_file_to_six_digits(shared, fits):
    path = shared / "data" / "lsat" / "reference_mml.csv"
    rows = [line.split(",") for line in path.read_text().splitlines()[1:]]
    kinds = {"2PL": "two_pl", "1PL_common_a": "rasch"}
    assert len(rows) == 20
    for data, model, item, a, b, d, loglik in rows:
        fit, j = fits[int(data[-1]), kinds[model]], int(item) - 1
        assert fit.a[j] == pytest.approx(float(a), abs=2e-5)
        assert fit.b[j] == pytest.approx(float(b), abs=5e-5)
        assert fit.d[j] == pytest.approx(float(d), abs=2e-5)
        assert fit.loglik == pytest.approx(float(loglik), abs=1e-6)


def test_rasch_with_slope_one(lsat):
    assert round(mml(lsat[6], "rasch_fixed").loglik, 2) == -2473.05


def test_three_pl_is_higher_than_the_printed_value(lsat):
    """Printed: -2658.055, where a solver stopped; the surface is flat in the floors.

    The value is checked by an independent sum at our parameters, so ours is really higher.
    """
    fit = mml(lsat[7], "three_pl")
    t = np.linspace(-9, 9, 4001)
    p = fit.c[:, None] + (1 - fit.c[:, None]) / (1 + np.exp(-fit.a[:, None] * (t - fit.b[:, None])))
    y = np.zeros((1000, 5))
    y[lsat[7].model, lsat[7].item] = lsat[7].successes
    chance = np.prod(np.where(y[:, :, None] == 1, p, 1 - p), axis=1) @ (norm.pdf(t) * (t[1] - t[0]))
    assert fit.loglik == pytest.approx(np.log(chance).sum(), abs=1e-6)
    assert -2658.0555 < fit.loglik < -2658.0540


def test_m2(fits):
    for n, want, p in ((6, 4.738, 0.449), (7, 11.938, 0.0356)):
        test = m2(fits[n, "two_pl"])
        assert test.df.tolist() == [5]
        assert test.statistic[0] == pytest.approx(want, abs=1e-3)
        assert test.p[0] == pytest.approx(p, abs=5e-4)


def test_s_x2(fits):
    test = s_x2(fits[7, "two_pl"])
    assert test.df.tolist() == [2] * 5
    np.testing.assert_allclose(test.statistic, [4.751, 14.453, 1.273, 5.236, 0.941], atol=1e-3)


@pytest.mark.parametrize(
    ("n", "mean", "sd", "share"), [(6, -1.8968, 0.8013, 0.3011), (7, -1.8698, 0.6927, 0.4523)]
)
def test_eap_and_reliability(fits, n, mean, sd, share):
    fit = fits[n, "two_pl"]
    assert fit.eap[0] == pytest.approx(mean, abs=1e-4)  # the first person solved nothing
    assert fit.eap_sd[0] == pytest.approx(sd, abs=1e-4)
    assert reliability(fit.eap, fit.eap_sd) == pytest.approx(share, abs=1e-4)


def test_fit_statistics_refuse_missing_answers():
    y = np.array([[1.0, 0, 1], [0, 1, np.nan], [1, 1, 0], [0, 0, 1]])
    with pytest.raises(ScaleError, match="every item once"):
        m2(mml(Responses.of_matrix(y), "rasch"))
