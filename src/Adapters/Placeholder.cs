namespace Basewatch.Core;
internal static class Placeholder;
