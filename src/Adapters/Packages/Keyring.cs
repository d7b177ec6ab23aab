using System.Text;
using Basewatch.Core.Ports;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;

namespace Basewatch.Adapters.Packages;

/// <summary>The public keys of an archive, and texts that are signed with them (<see href="https://www.rfc-editor.org/rfc/rfc9580#name-cleartext-signature-framework"/>).</summary>
internal sealed class Keyring
{
    private const string Begin = "-----BEGIN PGP SIGNED MESSAGE-----";

    private const string BeginSignature = "-----BEGIN PGP SIGNATURE-----";

    private static readonly HashSet<HashAlgorithmTag> Strong = [HashAlgorithmTag.Sha256, HashAlgorithmTag.Sha384, HashAlgorithmTag.Sha512];

    private readonly PgpPublicKeyRingBundle _keys;

    private Keyring(PgpPublicKeyRingBundle keys) => _keys = keys;

    /// <summary>Reads a keyring, armoured or not.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static Keyring Read(byte[] bytes)
    {
        try
        {
            using var stream = PgpUtilities.GetDecoderStream(new MemoryStream(bytes, writable: false));
            return new Keyring(new PgpPublicKeyRingBundle(stream));
        }
        catch (Exception e) when (e is PgpException or IOException or ArgumentException)
        {
            throw new InvalidDataException($"it is no keyring of OpenPGP: {e.Message}", e);
        }
    }

    /// <summary>The text that is signed, once a key of the ring has vouched for it; what stands around it is not in it.</summary>
    /// <param name="message">A text in the framework of cleartext signatures.</param>
    /// <param name="source">Who sent it, for messages.</param>
    /// <param name="now">When.</param>
    /// <exception cref="PackageIndexException">Nobody of the ring has signed it.</exception>
    public string Verify(byte[] message, string source, DateTimeOffset now)
    {
        var (text, armour) = Split(message, source);
        PgpSignatureList? signatures;
        try
        {
            using var stream = PgpUtilities.GetDecoderStream(new MemoryStream(Encoding.ASCII.GetBytes(armour), writable: false));
            signatures = new PgpObjectFactory(stream).NextPgpObject() as PgpSignatureList;
        }
        catch (Exception e) when (e is PgpException or IOException or ArgumentException)
        {
            throw new PackageIndexException(source, $"its signature can't be read: {e.Message}", e);
        }

        // Line ends are those of the framework, and the last one is not signed.
        var signed = Encoding.UTF8.GetBytes(string.Join("\r\n", text.Select(l => l.TrimEnd(' ', '\t'))));
        for (var i = 0; signatures is not null && i < signatures.Count && i < 20; i++)
        {
            if (IsGood(signatures[i], signed, now))
            {
                return string.Join('\n', text);
            }
        }

        throw new PackageIndexException(source, "no key of its distribution's keyring has signed its index: it is not believed");
    }

    private bool IsGood(PgpSignature signature, byte[] signed, DateTimeOffset now)
    {
        if (!Strong.Contains(signature.HashAlgorithm) || signature.SignatureType is not (PgpSignature.CanonicalTextDocument or PgpSignature.BinaryDocument))
        {
            return false;
        }

        try
        {
            if (_keys.GetPublicKey(signature.KeyId) is not { } key || key.HasRevocation() || IsExpired(key, now) || signature.CreationTime > now.UtcDateTime.AddDays(1))
            {
                return false;
            }

            signature.InitVerify(key);
            signature.Update(signed);
            return signature.Verify();
        }
        catch (Exception e) when (e is PgpException or ArgumentException or IOException)
        {
            // A key or an algorithm that is not known here: another signature may do.
            return false;
        }
    }

    private static bool IsExpired(PgpPublicKey key, DateTimeOffset now) =>
        key.GetValidSeconds() is > 0 and var seconds && key.CreationTime.AddSeconds(seconds) < now.UtcDateTime;

    private static (List<string> Text, string Armour) Split(byte[] message, string source)
    {
        var all = Encoding.UTF8.GetString(message);
        var lines = all.ReplaceLineEndings("\n").Split('\n');
        var at = 0;
        if (lines[0] != Begin)
        {
            throw new PackageIndexException(source, "its index is not signed");
        }

        // Headers, and the empty line behind them.
        while (++at < lines.Length && lines[at].Length > 0)
        {
            if (!lines[at].StartsWith("Hash: ", StringComparison.Ordinal))
            {
                throw new PackageIndexException(source, "its index is not signed as it must be");
            }
        }

        var text = new List<string>();
        while (++at < lines.Length && lines[at] != BeginSignature)
        {
            var line = lines[at];
            text.Add(line.StartsWith("- ", StringComparison.Ordinal) ? line[2..] : line);
        }

        return at < lines.Length ? (text, string.Join('\n', lines[at..])) : throw new PackageIndexException(source, "the signature of its index is missing");
    }
}
