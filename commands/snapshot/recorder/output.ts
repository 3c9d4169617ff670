/** Names the file that the recorder's program writes: an absolute path. */
export const OUTPUT_VARIABLE = "AWS_PANOS_SNAPSHOT";
