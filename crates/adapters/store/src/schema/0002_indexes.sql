-- What lists and sweeps look for.
CREATE INDEX requests_by_day ON requests (recorded_at);
CREATE INDEX reviews_by_call ON reviews (call_id, case_id, reviewer);
