using Basewatch.World.Servers;
using Xunit;

// One registry for all: each test has a namespace of its own in it.
[assembly: AssemblyFixture(typeof(RegistryServer))]
