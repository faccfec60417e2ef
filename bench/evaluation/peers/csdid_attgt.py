import numpy as np
import pandas as pd
from cost import asked, measured, tell
from csdid.att_gt import ATTgt

path, times = asked()
d = pd.read_parquet(path)


def work():
    m = ATTgt(yname="y", tname="time", idname="unit", gname="start", data=d, control_group="nevertreated", biters=1000, cband=True)
    return m.fit(est_method="dr", bstrap=True).aggte("dynamic")


m, cost = measured(work, times)
a = m.atte
both = lambda parts, overall: [*np.ravel(a[parts]), *np.ravel(a[overall])]
tell(cost, both("att_egt", "overall_att"), both("se_egt", "overall_se"))
