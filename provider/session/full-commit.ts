/** The comment of our lock on writing during a full commit, by which one that a killed run has left is known. */
export const FULL_COMMIT_COMMENT =
  "aws-panos-rules commits everything that is pending, which is its own alone";
