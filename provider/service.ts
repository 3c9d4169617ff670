import { markedObjectProvider } from "./resource/marked-object";

/** Service: a service object of ours, for ports that no application says exactly. */
export const provider = markedObjectProvider("services");
