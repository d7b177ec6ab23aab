using Basewatch.Core.Images;
namespace Basewatch.Core.Lifecycle;
#pragma warning disable IDE0060
/// <summary>Stub</summary>
public static class LifecycleResolver { /// <summary>x</summary>
public static ImageLifecycle Resolve(ImageReference r, LifecycleCatalog c, DateOnly d) => ImageLifecycle.Unknown; }
/// <summary>Stub</summary>
public static class SuccessorFinder { /// <summary>x</summary>
public static ImageReference? Find(ImageReference i, ImageLifecycle l, IReadOnlyList<string> t, LifecycleCatalog c, DateOnly d) => null; }
