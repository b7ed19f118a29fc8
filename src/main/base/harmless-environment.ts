type Environment = Readonly<Record<string, string | undefined>>

/**
 * The environment for a program that we start, without our secrets and without what would change
 * how Node runs.
 */
export function harmlessEnvironment(environment: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) =>
    name !== 'NODE_OPTIONS' && name !== 'LARDER_API_KEY' && !name.startsWith('LARDER_CONNECTION_')))
}
