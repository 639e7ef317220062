-- What a start and the hourly sweep look for is found without reading every case.
CREATE INDEX cases_erased ON cases(district, touched) WHERE erased = 1;
