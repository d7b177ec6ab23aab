# Escape=`
# syntax = docker.io/docker/dockerfile:1@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa

ARG TAG=ltsc2022
FROM mcr.microsoft.com/windows/servercore:${TAG} `
  AS base
COPY --from=base C:\x\ C:\y\
FROM mcr.microsoft.com/dotnet/runtime:8.0
