-- Cases that went back and forth are found without reading every case.
CREATE INDEX cases_returned ON cases(district, seq) WHERE live = 1 AND returned > 1;
