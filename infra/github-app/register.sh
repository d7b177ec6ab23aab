#!/bin/sh
# Registers Basewatch as a GitHub App from manifest.json, and leaves its private key here:
#   infra/github-app/register.sh [ORGANISATION] [WEBHOOK-ADDRESS]
# Without an organisation the App is the user's own. GITHUB_HOST names a GitHub Enterprise Server. Needs curl, jq and a browser.
# https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
set -eu
umask 077

here=$(cd "$(dirname "$0")" && pwd)
organization=${1:-}
webhook=${2:-}
host=${GITHUB_HOST:-github.com}
case $host in
  github.com) api=https://api.github.com ;;
  *) api=https://$host/api/v3 ;;
esac

# Nothing listens at that address: the code is read from it.
# Without an address webhooks stay off, and the App has its events all the same.
manifest=$(jq --compact-output --arg webhook "$webhook" '
  .redirect_url = "http://localhost/"
  | .hook_attributes = { url: (if $webhook == "" then "https://example.com/" else $webhook end), active: ($webhook != "") }' "$here/manifest.json")

page=$(mktemp -t basewatch-app.XXXXXX)
trap 'rm -f "$page" "$page.html"' EXIT
mv "$page" "$page.html"
cat > "$page.html" << END
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Register Basewatch</title>
<form method="post" action="https://$host/${organization:+organizations/$organization/}settings/apps/new">
  <input type="hidden" name="manifest" value="$(printf '%s' "$manifest" | sed 's/&/\&amp;/g; s/"/\&quot;/g; s/</\&lt;/g')">
  <button>Register Basewatch with ${organization:-your account} on $host</button>
</form>
</html>
END

echo "1. Open file://$page.html, press the button, and choose a name that nobody has."
echo '2. The browser ends at http://localhost/?code=…, which it can not open. Paste that address here, within the hour:'
read -r address
code=$(printf '%s' "$address" | sed 's/.*[?&]code=//; s/&.*//')
case $code in
  '' | *[!A-Za-z0-9_-]*)
    echo 'that has no code' >&2
    exit 1
    ;;
esac

app=$(curl --fail --silent --show-error --request POST --header 'Accept: application/vnd.github+json' "$api/app-manifests/$code/conversions")
printf '%s' "$app" | jq --raw-output .pem > basewatch-app.pem
printf '%s' "$app" | jq --raw-output '.webhook_secret // empty' > basewatch-webhook-secret.txt
[ -s basewatch-webhook-secret.txt ] || rm basewatch-webhook-secret.txt
printf '%s' "$app" | jq --raw-output '
  "3. The App is there. Its id: \(.client_id)",
  "   Its private key: basewatch-app.pem. Put it where it belongs, and delete it here.",
  "4. Install it on the repositories that it is to look after: \(.html_url)/installations/new"'
