import json

import honestdid
import numpy as np
from cost import asked, measured, tell

path, times = asked()
study = json.load(open(path))["study"]
effects, covariance, before = np.array(study["effects"]), np.array(study["covariance"]), study["before"]


def work():
    return honestdid.createSensitivityResults_relativeMagnitudes(
        betahat=effects,
        sigma=covariance,
        numPrePeriods=before,
        numPostPeriods=len(effects) - before,
        Mbarvec=[0.5, 1.0, 1.5, 2.0],
        gridPoints=200,
    )


m, cost = measured(work, times)
tell(cost, m["lb"], m["ub"])
