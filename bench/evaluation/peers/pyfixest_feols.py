import pandas as pd
import pyfixest as pf
from cost import asked, measured, tell

path, times = asked()
d = pd.read_parquet(path)
formula = "y ~ x1 + x2 + x3 + x4 + x5 | a + b"
pf.feols(formula, d.head(20_000), vcov={"CRV1": "a"})  # compiles what is compiled at first use
m, cost = measured(lambda: pf.feols(formula, d, vcov={"CRV1": "a"}), times)
tell(cost, m.coef(), m.se())
