/** The media type of a whole message of HTTP (RFC 9112 §10.1), as which a gateway holds answers. */
export const messageType = 'message/http'
