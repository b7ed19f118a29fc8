/**
 * What errors of DynamoDB mean. Its own sentences are not passed on: some quote keys and values.
 */
const sentences: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'There is no such table there.',
  UnrecognizedClientException: 'The access key ID is not known there.',
  InvalidClientTokenId: 'The access key ID is not known there.',
  InvalidSignatureException: 'The secret access key does not belong to the access key ID.',
  IncompleteSignatureException: 'The access key ID has characters that it cannot have.',
  MissingAuthenticationTokenException: 'An access key ID and a secret access key are needed.',
  AccessDeniedException: 'The access key may not do this with the table.',
  ExpiredTokenException: 'The access key is no longer valid.',
  ProvisionedThroughputExceededException: 'The table is asked more often than it allows.',
  RequestLimitExceeded: 'The table is asked more often than it allows.',
  ThrottlingException: 'The table is asked more often than it allows.',
  ResourceInUseException: 'The table is being changed.',
}

/** @param answer whose sentence is looked at and never shown */
export function sentenceOfError(code: string, answer: Readonly<Record<string, unknown>>): string {
  const known = sentences[code]
  if (known !== undefined)
    return known
  if (code === 'ValidationException') {
    return /size has exceeded|exceeded the maximum/i.test(String(answer.message ?? answer.Message))
      ? 'The value is larger than an item may be, 400 KiB.'
      : 'DynamoDB does not take this key or value.'
  }
  return code === '' ? 'DynamoDB answers with an error.' : `DynamoDB answers with the error ${code}.`
}
