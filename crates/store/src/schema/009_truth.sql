-- Version 0.2: what "truth and safety" needs. One step for the whole release, a section for each subject.

-- The verdict is the resident's: whether it was given by a way that staff did not hold, and whose staff took the case down.
ALTER TABLE cases ADD COLUMN independent BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN taken TEXT;                          -- the unit whose staff took the case down
ALTER TABLE cases ADD COLUMN own_answer BIGINT NOT NULL DEFAULT 0; -- 1 when that unit leads it, or led it last
