import pandas as pd
from cost import asked, measured, tell
from diff_diff import CallawaySantAnna

path, times = asked()
d = pd.read_parquet(path)


def work():
    m = CallawaySantAnna(control_group="never_treated", estimation_method="dr", n_bootstrap=1000, seed=1)
    return m.fit(d, outcome="y", unit="unit", time="time", first_treat="start", aggregate="event_study")


m, cost = measured(work, times)
parts = [m.event_study_effects[e] for e in sorted(m.event_study_effects)]
tell(cost, [p["effect"] for p in parts], [p["se"] for p in parts])
