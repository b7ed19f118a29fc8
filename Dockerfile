# The headless server as a container. docs/packaging.md says how to run it; test/packaging/dockerfile.test.ts runs these steps without Docker.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --ignore-scripts
COPY electron.vite.config.ts client.vite.config.ts tsconfig.json tsconfig.base.json tsconfig.node.json tsconfig.web.json ./
COPY src src
RUN npm run build

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# keytar is the optional one: there is no keychain in a container.
RUN npm ci --no-audit --ignore-scripts --omit=dev --omit=optional

FROM node:24-slim
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/out out

# A container's loopback is its own, so it listens on all of its addresses; which of the host's addresses lead there, `docker run -p` says.
ENV NODE_ENV=production LARDER_HOME=/home/node/larder LARDER_HOST=0.0.0.0 LARDER_ALLOW_PLAINTEXT=1 LARDER_VAULT=file
USER node
# Before VOLUME: a new volume takes over owner and mode.
RUN mkdir -m 700 /home/node/larder
VOLUME /home/node/larder
EXPOSE 7777
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s CMD ["out/main/headless.js", "status"]
CMD ["out/main/headless.js", "serve"]
