using System.Globalization;
using Quartz;

namespace Unroll.Cluster;

/// <summary>What Quartz runs for each piece. Its name stands in the database: whoever renames it makes tables of another version.</summary>
internal sealed class PieceExecution(PieceRunner runner) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) => await runner.RunAsync(
        long.Parse(context.MergedJobDataMap.GetString(QuartzEngine.StudyKey)!, CultureInfo.InvariantCulture),
        int.Parse(context.MergedJobDataMap.GetString(QuartzEngine.PieceKey)!, CultureInfo.InvariantCulture),
        context.RetryAttempt + 1 >= QuartzEngine.Tries,
        cancellationToken);
}
