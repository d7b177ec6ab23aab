# The service on one machine: docs/deploy.md. Both images are pinned, and moved by Basewatch itself: .github/workflows/images.yml.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-noble@sha256:e70cdb7f80b0348f5cb85f19a8f670fca061f033d57eed12fa003d58b0e06317 AS build
ARG TARGETARCH
WORKDIR /source

# What is restored changes less often than the code.
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY src/Core/Core.csproj src/Core/
COPY src/Adapters/Adapters.csproj src/Adapters/
COPY src/Cli/Cli.csproj src/Cli/
RUN dotnet restore src/Cli --arch $TARGETARCH -p:Configuration=Release

COPY src/Core/ src/Core/
COPY src/Adapters/ src/Adapters/
COPY src/Cli/ src/Cli/
COPY samples/rollout/ samples/rollout/
RUN dotnet publish src/Cli --configuration Release --no-restore --arch $TARGETARCH --output /app \
    && mkdir /state

# Chiselled: no shell, no package manager, and a user that is not root.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled@sha256:48e51f2f6798897be7ac4e775c049ed8fe60d3190f637e1f9c9dc7513efa659c
COPY --from=build /app /app
COPY --from=build --chown=$APP_UID:$APP_UID /state /var/lib/basewatch
USER $APP_UID
VOLUME /var/lib/basewatch
EXPOSE 8080
ENV DOTNET_EnableDiagnostics=0

# It listens to more than this container, so it wants Basewatch__Key.
ENTRYPOINT ["/app/basewatch"]
CMD ["serve", "--state", "/var/lib/basewatch/state.db", "--listen", "0.0.0.0:8080"]
