namespace Basewatch.World.GitHub;

/// <summary>Someone who works on a repository by the pages and Git. What GitHub would refuse throws <see cref="InvalidOperationException"/>.</summary>
public sealed class Person
{
    private readonly HostedRepository _repository;
    private readonly Actor _actor;

    internal Person(HostedRepository repository, Actor actor) => (_repository, _actor) = (repository, actor);

    /// <summary>The login.</summary>
    public string Login => _actor.Account.Login;

    /// <summary>Pushes one commit to a branch; see <see cref="HostedRepository.Push(string, IReadOnlyDictionary{string, string?}, string, string)"/>.</summary>
    public string PushTo(string branch, IReadOnlyDictionary<string, string?> files, string message = "Change") => _repository.Push(branch, files, Login, message);

    /// <summary>Pushes one commit of one text file.</summary>
    public string PushTo(string branch, string path, string text, string message = "Change") =>
        PushTo(branch, new Dictionary<string, string?>(StringComparer.Ordinal) { [path] = text }, message);

    /// <summary>Deletes a branch.</summary>
    public void DeleteBranch(string branch) => _repository.DeleteBranch(branch, Login);

    /// <summary>Opens a pull request and returns its number.</summary>
    /// <param name="branch">In this repository.</param>
    /// <param name="title">Its title.</param>
    /// <param name="body">Its Markdown.</param>
    /// <param name="into">The base; null: the default branch.</param>
    public int Open(string branch, string title, string body = "", string? into = null) =>
        Do(() => _repository.OpenPullRequest(_actor, _repository, branch, into ?? _repository.DefaultBranch, title, body, isDraft: false).Number);

    /// <summary>Opens a pull request from a fork and returns its number.</summary>
    public int OpenFrom(HostedRepository fork, string branch, string title, string body = "") =>
        Do(() => _repository.OpenPullRequest(_actor, fork, branch, _repository.DefaultBranch, title, body, isDraft: false).Number);

    /// <summary>Opens an issue and returns its number.</summary>
    public int OpenIssue(string title, string body = "") => Do(() => _repository.AddIssue(_actor, title, body).Number);

    /// <summary>Comments, and returns the comment's number.</summary>
    public long Comment(int number, string body) => Do(() => _repository.AddComment(_actor, Issue(number), body).Id);

    /// <summary>Changes a comment.</summary>
    public void EditComment(int number, long comment, string body) => Do(() =>
    {
        var found = Issue(number).Comments.Single(c => c.Id == comment);
        (found.Body, found.UpdatedAt) = (body, _repository.Server.Now);
        _repository.Server.Webhooks.Comment(found, _actor, "edited");
        return true;
    });

    /// <summary>Closes an issue or a pull request.</summary>
    public void Close(int number) => Do(() => _repository.CloseIssue(_actor, Issue(number)));

    /// <summary>Opens it again.</summary>
    public void Reopen(int number) => Do(() => _repository.ReopenIssue(_actor, Issue(number)));

    /// <summary>Merges, and returns the SHA of the base's new commit.</summary>
    /// <param name="number">The pull request.</param>
    /// <param name="method"><c>merge</c>, <c>squash</c> or <c>rebase</c>.</param>
    public string Merge(int number, string method = "merge") => Do(() => _repository.MergePullRequest(_actor, Pull(number), method));

    /// <summary>Merges the base into the head.</summary>
    public void UpdateBranch(int number) => Do(() => _repository.UpdateBranch(_actor, Pull(number), expected: null));

    /// <summary>Puts a label on.</summary>
    public void Label(int number, string label) => Do(() => _repository.AddLabel(_actor, Issue(number), label));

    /// <summary>Takes a label off.</summary>
    public void Unlabel(int number, string label) => Do(() => _repository.RemoveLabel(_actor, Issue(number), label));

    /// <summary>Changes the body, as by a tick in a box.</summary>
    public void EditBody(int number, Func<string, string> edit) => Do(() => Edit(number, i => i.Body = edit(i.Body ?? "")));

    /// <summary>Changes the title.</summary>
    public void EditTitle(int number, string title) => Do(() => Edit(number, i => i.Title = title));

    /// <summary>Approves.</summary>
    public void Approve(int number) => Do(() => _repository.AddReview(_actor, Pull(number), "APPROVED", ""));

    /// <summary>Asks for changes.</summary>
    public void RequestChanges(int number, string body = "Not like this") => Do(() => _repository.AddReview(_actor, Pull(number), "CHANGES_REQUESTED", body));

    /// <summary>A review without a verdict.</summary>
    public void Review(int number, string body) => Do(() => _repository.AddReview(_actor, Pull(number), "COMMENTED", body));

    /// <summary>Makes it a draft, or no draft.</summary>
    public void SetDraft(int number, bool isDraft) => Do(() => Edit(number, i => ((PullRequest)i).IsDraft = isDraft));

    /// <summary>Makes it go to another branch.</summary>
    public void SetBase(int number, string branch) => Do(() => _repository.ChangeBase(_actor, Pull(number), branch));

    /// <summary>Assigns it to himself.</summary>
    public void Assign(int number) => Do(() => Edit(number, i => i.Assignees.Add(_actor.Account)));

    private void Edit(int number, Action<Issue> change)
    {
        var issue = Issue(number);
        change(issue);
        issue.UpdatedAt = _repository.Server.Now;
        if (issue is PullRequest pull)
        {
            _repository.Server.Webhooks.PullRequest(pull, _actor, "edited");
        }
    }

    private Issue Issue(int number) => _repository.Issues.Single(i => i.Number == number);

    private PullRequest Pull(int number) => (PullRequest)Issue(number);

    private void Do(Action act) => Do(() =>
    {
        act();
        return true;
    });

    private T Do<T>(Func<T> act)
    {
        lock (_repository.Server.Gate)
        {
            try
            {
                return act();
            }
            catch (Refusal e)
            {
                throw new InvalidOperationException($"GitHub refuses {Login}: {e.Status} {e.Message} {e.Errors?.ToJsonString()}", e);
            }
        }
    }
}
