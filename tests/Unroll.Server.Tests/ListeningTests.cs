using Xunit;

namespace Unroll.Server.Tests;

public class ListeningTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public void A_port_that_is_none_is_refused(int port) =>
        Assert.Contains("65535", Assert.Throws<ArgumentOutOfRangeException>(() => new Listening { Port = port }.Validate()).Message, StringComparison.Ordinal);
}
