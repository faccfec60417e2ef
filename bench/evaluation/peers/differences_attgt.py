import numpy as np
import pandas as pd
from cost import asked, measured, tell
from differences import ATTgt

path, times = asked()
d = pd.read_parquet(path)
d["start"] = d.start.where(d.start > 0, np.nan)
d["time"] = d.time.astype(int)
d = d.set_index(["unit", "time"])


def work():
    m = ATTgt(data=d, cohort_column="start")
    m = m.fit("y", est_method="dr", control_group="never_treated", boot_iterations=1000, random_state=1, progress_bar=False) or m
    return m.aggregate("event", boot_iterations=1000, random_state=1), m.aggregate("event", overall=True, boot_iterations=1000, random_state=1)


(parts, overall), cost = measured(work, times)


def column(table, *words):
    return [v for c in table.columns if all(w in c for w in words) for v in table[c]]


tell(cost, column(parts, "ATT") + column(overall, "ATT"), column(parts, "std_error") + column(overall, "std_error"))
