// AWS KMS keys as production teams need them: one resource for a key, its aliases, least-privilege policy, rotation, tags and deletion safety.
package awskms
