import { requireNamesFree } from "./names-free";
import { putInOrder } from "./order";
import { requireCandidate, type Revision } from "./revision";
import type { Session } from "../session/session";
import { sweep, type Swept } from "./sweep";

/** Stages what is left to stage, and makes sure that the candidate is as declared. */
export async function stageTheRest(session: Session, revision: Revision): Promise<Swept> {
  await requireNamesFree(session, revision);
  // As it is now, like everything that is read from here on.
  session.around.forgetAll();
  const swept = await putInOrder(session, revision, await sweep(session, revision));
  await requireCandidate(session, revision, swept.candidate, swept.exempt);
  return swept;
}
