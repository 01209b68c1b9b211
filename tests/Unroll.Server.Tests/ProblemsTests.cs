using Microsoft.AspNetCore.Http;
using Xunit;

namespace Unroll.Server.Tests;

public class ProblemsTests
{
    [Theory]
    [InlineData("No file /srv/models/a.unroll. Check the path.", "No file a.unroll. Check the path.")]
    [InlineData(@"C:\models\deep\a.unroll is damaged.", "a.unroll is damaged.")]
    [InlineData("A body is application/json or text/csv.", "A body is application/json or text/csv.")]
    [InlineData("3 values were given. (Parameter 'inputs')", "3 values were given.")]
    [InlineData("two\nlines", "two lines")]
    public void A_message_has_no_folder_and_one_line(string message, string expected) => Assert.Equal(expected, Problems.Sentence(message));

    [Fact]
    public void What_a_client_did_wrong_is_4xx()
    {
        Assert.Equal(400, Problems.Of(new UnrollException("x")).Status);
        Assert.Equal(400, Problems.Of(new ArgumentException("x")).Status);
        Assert.Equal(413, Problems.Of(new BadHttpRequestException("x", 413)).Status);
        Assert.Equal((429, "x", 3), Problems.Of(new RequestException(429, "x") { RetryAfter = 3 }));
    }

    [Fact]
    public void A_fault_of_the_server_shows_nothing() =>
        Assert.Equal(
            (500, "The server failed at this request; its log says why.", null),
            Problems.Of(new InvalidOperationException("at /srv/secret")));
}
