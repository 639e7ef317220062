-- What neighbours may look at. `released`: the version of the event whose words they see; 0 while nobody has released any.
ALTER TABLE cases ADD COLUMN released BIGINT NOT NULL DEFAULT 0;
CREATE INDEX cases_released ON cases(district, seq) WHERE released > 0;
CREATE INDEX cases_shown ON cases(district, seq) WHERE public = 1;
CREATE INDEX cases_near ON cases(district, street, coarse, seq) WHERE public = 1 AND live = 1;
CREATE INDEX cases_unreleased ON cases(district, seq) WHERE public = 1 AND released = 0;
