import numpy as np
import pandas as pd
import pyfixest as pf
from cost import asked, measured, tell

path, times = asked()
d = pd.read_parquet(path)
formula = "y ~ x1 + x2 + x3 + x4 + x5 | a + b"
# Compiles what is compiled at first use. It aborts where every row is alone in its effect, so the small table has effects of its own.
row = np.arange(20_000)
pf.feols(formula, d.head(20_000).assign(a=row // 10, b=row % 10), vcov={"CRV1": "a"})
m, cost = measured(lambda: pf.feols(formula, d, vcov={"CRV1": "a"}), times)
tell(cost, m.coef(), m.se())
