# One image for every process of an installation: "api", "worker", "bot" and "migrate" are its commands.
ARG NODE_IMAGE=node:22.23.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages packages
COPY dashboard dashboard
RUN npm ci --ignore-scripts
COPY bin/build.mjs bin/bundle.mjs bin/dashboard.mjs bin/swc-options.mjs bin/
COPY ormconfig.ts tsconfig.json ./
COPY migrations migrations
COPY src src
RUN node bin/build.mjs

# Without the compiler, and without the embedded PostgreSQL, which is an optional dependency.
FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages/bot-api-sandbox/package.json packages/bot-api-sandbox/
COPY packages/people-file/package.json packages/people-file/
COPY packages/telegram-text/package.json packages/telegram-text/
COPY dashboard/package.json dashboard/
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM ${NODE_IMAGE} AS runtime
# Inside a container every address has to be listened on; what others reach is for its networks to say.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 WORKER_PORT=4001
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=dependencies /app/packages packages
COPY --from=build /app/packages/bot-api-sandbox/dist packages/bot-api-sandbox/dist
COPY packages/bot-api-sandbox/page packages/bot-api-sandbox/page
COPY --from=build /app/packages/people-file/dist packages/people-file/dist
COPY --from=build /app/packages/telegram-text/dist packages/telegram-text/dist
COPY --from=build /app/dist dist
COPY package.json ./
COPY bin/healthcheck.mjs bin/
COPY schema schema
COPY locales locales
# The user "node", as a number so that an orchestrator can tell that it is not root.
USER 1000:1000
EXPOSE 4000 4001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "bin/healthcheck.mjs"]
# No shell and no npm in between: node is the process that gets SIGTERM.
ENTRYPOINT ["node", "dist/main.js"]
CMD ["api"]
