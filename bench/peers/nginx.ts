import type { Peer } from './start'
import { rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, start, temporaryFolder } from './start'

/**
 * nginx in one process, as a caching proxy before one origin and as a plain one before another.
 *
 * @param origins their ports
 * @param origins.held answers may be held
 * @param origins.passed answers may not
 */
export async function startNginx(origins: { held: number, passed: number }): Promise<{ held: Peer, passed: Peer }> {
  const [held, passed] = [await freePort(), await freePort()]
  const folder = temporaryFolder()
  const server = (port: number, upstream: string, more: string): string => `
    server {
      listen 127.0.0.1:${port};
      location / {
        proxy_pass http://${upstream};
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        ${more}
      }
    }`
  const file = join(folder, 'nginx.conf')
  await writeFile(file, `
    daemon off;
    master_process off;
    pid ${folder}/nginx.pid;
    error_log ${folder}/error.log;
    events { worker_connections 1024; }
    http {
      access_log off;
      keepalive_requests 1000000000;
      client_body_temp_path ${folder}/body;
      proxy_temp_path ${folder}/proxy;
      fastcgi_temp_path ${folder}/fastcgi;
      uwsgi_temp_path ${folder}/uwsgi;
      scgi_temp_path ${folder}/scgi;
      proxy_cache_path ${folder}/cache keys_zone=held:10m;
      upstream held { server 127.0.0.1:${origins.held}; keepalive 64; keepalive_requests 1000000000; }
      upstream passed { server 127.0.0.1:${origins.passed}; keepalive 64; keepalive_requests 1000000000; }
      ${server(held, 'held', 'proxy_cache held;')}
      ${server(passed, 'passed', '')}
    }`)
  const command = ['nginx', '-c', file, '-p', folder, '-e', join(folder, 'error.log')]
  const peer = await start('nginx', command, { port: held })
  const stop = (): Promise<void> => peer.stop().finally(() => rmSync(folder, { recursive: true, force: true }))
  return { held: { ...peer, stop }, passed: { ...peer, port: passed, stop } }
}
