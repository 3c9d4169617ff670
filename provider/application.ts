import { markedObjectProvider } from "./resource/marked-object";

/** Application: a custom application of ours, for ICMP types and IP protocols that PAN-OS has no name for. */
export const provider = markedObjectProvider("applications");
