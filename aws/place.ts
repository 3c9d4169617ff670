/** Where AWS's services are, and as whom they are asked; what is absent is found as AWS's own tools find it. */
export interface Place {
  region?: string;
  profile?: string;
}
