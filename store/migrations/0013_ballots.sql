-- Ballots. The roll says who has voted and never what; the urn holds papers
-- under numbers made by chance and no time; the count holds sums. A vote writes
-- the roll and the urn; mixing, some papers at a time, empties the urn into the
-- count. Where a ballot is not secret the paper's number is its voter's, and the
-- paper stays.
CREATE TABLE ballot_roll (
  county TEXT NOT NULL,
  ballot TEXT NOT NULL,
  voter TEXT NOT NULL,
  period TEXT NOT NULL,
  votes BIGINT NOT NULL,
  channel TEXT NOT NULL,
  ticket TEXT NOT NULL,
  PRIMARY KEY (county, ballot, voter)
) {{partition}} {{compact}};

CREATE TABLE ballot_paper (
  county TEXT NOT NULL,
  ballot TEXT NOT NULL,
  paper TEXT NOT NULL,
  state TEXT NOT NULL,
  picks TEXT NOT NULL,
  sealed {{blob}},
  PRIMARY KEY (county, ballot, paper)
) {{partition}} {{compact}};
CREATE INDEX ballot_paper_state ON ballot_paper (county, ballot, state, paper);

CREATE TABLE ballot_count (
  county TEXT NOT NULL,
  ballot TEXT NOT NULL,
  pick TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (county, ballot, pick)
) {{partition}} {{compact}};
