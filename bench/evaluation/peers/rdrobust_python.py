import pandas as pd
from cost import asked, measured, tell
from rdrobust import rdrobust

path, times = asked()
d = pd.read_parquet(path)
y, x = d.y.to_numpy(), d.x.to_numpy()
rdrobust(y[:5000], x[:5000])
m, cost = measured(lambda: rdrobust(y, x), times)
tell(cost, m.coef.iloc[[0, 2], 0], m.se.iloc[[0, 2], 0])
