# PulseHub's images. Each target is one of docker-compose.yml's services:
#   docker build --target pulsehub .   API and workers
#   docker build --target temporal .   the Temporal server, its schema tool and its Web UI, at the versions of tools/go.mod
# The web app has a Dockerfile of its own, in web/.

FROM golang:1.26-bookworm AS pulsehub-build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOFLAGS=$(cat tools/goflags) go build -o /out/pulsehub ./cmd/pulsehub

FROM gcr.io/distroless/static-debian12:nonroot AS pulsehub
COPY --from=pulsehub-build /out/pulsehub /usr/local/bin/pulsehub
ENTRYPOINT ["/usr/local/bin/pulsehub"]
CMD ["serve"]

FROM golang:1.26-bookworm AS temporal-build
WORKDIR /src
COPY tools tools
WORKDIR /src/tools
RUN CGO_ENABLED=0 GOFLAGS=$(cat goflags) go build -o /out/temporal ./temporal

FROM gcr.io/distroless/static-debian12:nonroot AS temporal
COPY --from=temporal-build /out/temporal /usr/local/bin/temporal
ENTRYPOINT ["/usr/local/bin/temporal"]
CMD ["server", "/etc/temporal"]
