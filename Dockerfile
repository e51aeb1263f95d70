# Both commands, static, on an image that holds nothing else.
FROM golang:1.26 AS build
WORKDIR /src
# The modules are a layer of their own: they change less often than the code.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/ ./cmd/executor ./cmd/submit \
 && mkdir /out/data

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/executor /out/submit /usr/local/bin/
# Owned by the user, so that the embedded server can write to a fresh volume.
COPY --from=build --chown=nonroot:nonroot /out/data /data
WORKDIR /
USER nonroot
ENTRYPOINT ["/usr/local/bin/executor"]
