export const connectionStates = ['idle', 'connecting', 'ok', 'down'] as const
export type ConnectionState = (typeof connectionStates)[number]
