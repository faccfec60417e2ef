import pandas as pd
from cost import asked, measured, tell
from rdrobust_rust import rdrobust

path, times = asked()
d = pd.read_parquet(path)
y, x = d.y.to_numpy(), d.x.to_numpy()
rdrobust(y[:5000], x[:5000])
m, cost = measured(lambda: rdrobust(y, x), times)
tell(cost, [m["coef"][0], m["coef"][2]], [m["se"][0], m["se"][2]])
