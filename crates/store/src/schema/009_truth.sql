-- Version 0.2: what "truth and safety" needs. One step for the whole release, a section for each subject.

-- Erasures are finished in pages, in the order of the cases.
DROP INDEX cases_erased;
CREATE INDEX cases_erased ON cases(district, seq) WHERE erased = 1;
