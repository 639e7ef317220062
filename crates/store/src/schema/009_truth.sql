-- Version 0.2: what "truth and safety" needs. One step for the whole release, a section for each subject.

-- What a sealed accusation is about stands in the vault alone: no read table holds its category or street.
UPDATE cases SET category = NULL, coarse = NULL, street = NULL WHERE sealed = 1;
