"""The ten conditions of `programmes.rs` in OpenFisca-core, over the firms that `screening ten --dump DIR` wrote.

OpenFisca has no unknowns: a fact that is not known counts as 0, so its counts of yes differ where facts are missing, and its money is
float32. Prints firm-rules per CPU-second and peak memory.
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

Firm = build_entity(key="firm", plural="firms", label="", is_person=True)
COLUMNS = {
    "prefecture": "都道府県", "industry": "業種", "capital": "資本金", "staff": "従業員数", "income": "課税所得平均", "founded": "設立日",
    "one_large": "大企業単独持分", "all_large": "大企業合計持分", "officers": "大企業兼務役員割合",
    "owned": "みなし大企業の全株保有", "staffed": "みなし大企業の全役員兼務",
}


def item(name):
    return type(name, (Variable,), dict(value_type=float if name in ("capital", "income") else int, entity=Firm,
                                        definition_period=DateUnit.MONTH, label=name))


def rule(name, formula):
    return type(name, (Variable,), dict(value_type=bool, entity=Firm, definition_period=DateUnit.MONTH, label=name, formula=formula))


def limits(firm, period, values):
    return np.take(np.array(values, dtype=np.float32), firm("industry", period))


def sme(firm, period):
    capital, staff = [3e8, 1e8, 5e7, 5e7, 3e8, 3e8, 5e7], [300, 100, 100, 50, 900, 300, 200]
    return (firm("capital", period) <= limits(firm, period, capital)) + (firm("staff", period) <= limits(firm, period, staff))


def deemed(firm, period):
    return ((firm("one_large", period) >= 500_000) + (firm("all_large", period) * 3 >= 2_000_000) + (firm("officers", period) >= 500_000)
            + (firm("owned", period) == 1) + (firm("staffed", period) == 1))


def small(firm, period):
    industry = firm("industry", period)
    commerce = (industry == 1) + (industry == 2) + (industry == 3)
    return firm("staff", period) <= np.where(commerce, 5, 20)


def middle(firm, period):
    staff = firm("staff", period)
    return (firm("capital", period) <= 3e8) * (staff >= 5) * (staff <= 300)


def modest(firm, period):
    return (firm("income", period) <= 1.5e9) + (firm("capital", period) < 5e7)


def north(firm, period):
    place = firm("prefecture", period)
    return ((place == 17) + (place == 16) + (place == 15)) * (firm("industry", period) == 0)


def old(firm, period):
    return (firm("founded", period) <= 18353) + (firm("staff", period) >= 50)


def other(firm, period):
    return (firm("industry", period) != 3) * np.logical_not((firm("staff", period) > 100) + (firm("capital", period) > 1e8))


def thirds(firm, period):
    return firm("capital", period) * 2 / 3 >= firm("income", period)


def least(firm, period):
    return np.minimum(firm("capital", period), 1e8) + np.maximum(firm("income", period), 0) <= 1.5e8


RULES = [sme, deemed, small, middle, modest, north, old, other, thirds, least]


def main(folder):
    system = TaxBenefitSystem([Firm])
    for name in COLUMNS:
        system.add_variable(item(name))
    for formula in RULES:
        system.add_variable(rule("rule_" + formula.__name__, lambda firm, period, parameters=None, f=formula: f(firm, period)))
    read = {name: np.fromfile(Path(folder) / f"{column}.i64", dtype="<i8") for name, column in COLUMNS.items()}
    count = len(read["staff"])
    simulation = SimulationBuilder().build_default_simulation(system, count)
    for name, values in read.items():
        simulation.set_input(name, "2025-04", values)
    began, cpu = time.time(), time.process_time()
    yes = [int(simulation.calculate("rule_" + f.__name__, "2025-04").sum()) for f in RULES]
    wall, cpu = time.time() - began, time.process_time() - cpu
    rules = count * len(RULES) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"OpenFisca-core: {rules:.1f} M firm-rules in {wall:.2f} s ({cpu:.2f} CPU-s): {rules / cpu:.1f} M firm-rules per CPU-second, "
          f"peak memory {peak} MiB")
    for formula, count in zip(RULES, yes):
        print(f"  {formula.__name__}: yes {count}")


if __name__ == "__main__":
    main(sys.argv[1])
