/** How AWS writes a region: "eu-central-1", "us-isob-east-1", "eusc-de-east-1" (botocore's partitions.json). */
export const REGION = /^[a-z]{2,8}(-[a-z]+)+-\d+$/;
