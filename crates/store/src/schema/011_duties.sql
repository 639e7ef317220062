-- What units owe to cases stands in `duties`, with what they owe to every other record.

DROP TABLE IF EXISTS tasks;
