/** Why a gateway holds no copy of an answer: what the request log says after "not stored:". */
export const notStoredReasons = {
  'method': 'only answers to GET are held',
  'partial': 'a part of a document is passed on, not held',
  'freshness': 'the answer says nothing about how long it is valid, nor how to validate it',
  'no-store': 'no-store forbids it',
  'request no-store': 'the request says no-store',
  'private': 'private, so it is meant for one user',
  'authorization': 'the request had Authorization, and the answer is not public',
  'set-cookie': 'it sets a cookie, and does not say for how long it is valid',
  'vary': 'Vary: *, so that it suits no other request',
  'understood': 'must-understand, and Larder does not know this status',
  'uri-too-long': 'the URL is longer than a key may be',
  'too-large': 'it is larger than a value may be',
  'body': 'the request has a body, which may say what is wanted',
  'off': 'caching is off',
  'busy': 'another request is fetching the same',
  'no-room': 'too much is on its way at once',
  'incomplete': 'it broke off',
  'changed': 'the entry was changed meanwhile',
} as const

export type NotStored = keyof typeof notStoredReasons
