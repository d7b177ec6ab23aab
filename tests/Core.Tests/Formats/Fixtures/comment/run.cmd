rem basewatch: image
set IMAGE=mcr.microsoft.com/dotnet/sdk:8.0
REM basewatch: image=acme/tool
set "TOOL_VERSION=1.2.3"
