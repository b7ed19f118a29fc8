/**
 * When a write to a persistent cache is acknowledged. The names are those of Redis's `appendfsync`
 * (https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/).
 */
export const durabilities = {
  everysec: 'everysec (answers at once; on the disk within 250 ms)',
  always: 'always (answers when it is on the disk)',
} as const
