using System.Net;
using System.Text.Json;
using Xunit;

namespace Unroll.Server.Tests.Serving;

public class JsonRowsTests
{
    [Fact]
    public async Task An_empty_line_of_one_column_is_told_and_not_passed_over()
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        (HttpStatusCode status, JsonElement json) = await served.PostAsync("/forecast?date=", "v\n1\n2\n\n4\n", "text/csv");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("line 4 is empty", json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/forecast?date=", "[{\"v\":1},{\"v\":null},{\"v\":3}]", "Row 2 has no value")]
    [InlineData("/forecast?date=", "[{\"v\":1},{\"v\":\" \"},{\"v\":3}]", "Row 2 has no value")]
    [InlineData("/forecast", "[{\"2023-12-31\":\"2024-01-01\",\"5\":1}]", "no letters")]
    [InlineData("/forecast?skip=1", "[{\"date\":\"2024-01-01\",\"v\":1}]", "have no skip")]
    [InlineData("/forecast?delimiter=;", "[{\"date\":\"2024-01-01\",\"v\":1}]", "have no delimiter")]
    [InlineData("/forecast?decimal=,", "[{\"date\":\"2024-01-01\",\"v\":1}]", "have no decimal")]
    public async Task Rows_that_would_be_read_as_others_are_refused(string path, string rows, string words)
    {
        await using ServedFolder served = await ServedFolder.StartAsync(ServedFolder.Gru());
        (HttpStatusCode status, JsonElement json) = await served.PostAsync(path, rows);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(words, json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
