-- Changes of rights that one person has proposed and another has to approve. What
-- would change lies sealed: it may hold a phone number. `seen` is a digest of what it
-- changes as the proposer saw it: an approval of something that has moved since is
-- refused.
CREATE TABLE approval (
  county TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  object TEXT NOT NULL,
  proposer TEXT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  seen TEXT NOT NULL,
  decider TEXT NOT NULL,
  note TEXT NOT NULL,
  created BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  decided BIGINT NOT NULL,
  secret {{blob}} NOT NULL,
  PRIMARY KEY (county, id)
) {{partition}};
CREATE INDEX approval_state ON approval (county, state, id);
CREATE INDEX approval_object ON approval (county, object, id);
