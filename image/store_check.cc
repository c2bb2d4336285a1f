#include "image/store_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "image/check_rest.h"
#include "image/check_subject.h"
#include "image/image_files.h"
#include "image/image_index.h"
#include "image/record_file.h"
#include "image/staging.h"
#include "image/worker_process.h"

namespace image {
namespace {

class StoreCheck {
 public:
  StoreCheck(ImageStore& store, const CheckOptions& options, base::Progress& progress)
      : store_(store), layout_(store.layout()), options_(options), progress_(progress) {}

  Checked run() {
    if (!base::exists(layout_.root)) return {};
    if (!look_at_index()) return std::move(checked_);
    sets_ = named_sets(layout_);
    subjects_ = read_subjects(layout_, sets_);
    look_at_blobs();
    look_at_sets();
    for (const CheckSubject& subject : subjects_) look_at_image(subject);
    look_at_kept_disks();
    look_at_rest();
    return std::move(checked_);
  }

 private:
  void tell(std::string what, std::string problem, std::string outcome) {
    checked_.findings.push_back({.what = std::move(what),
                                 .problem = std::move(problem),
                                 .outcome = options_.repair ? std::move(outcome) : "",
                                 .damage = true});
  }

  // False where the rest cannot be looked at.
  bool look_at_index() {
    try {
      read_index(layout_);
      return true;
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::corrupt) throw;
      tell("index.json", "is damaged: " + error.message(),
           "made again of the records, which have no tags: tag the images, or pull them again");
    }
    if (options_.repair) make_index();
    return options_.repair;
  }

  void make_index() {
    const base::FileLock lock = store_.lock_for_change();
    write_index(layout_, index_of_records(layout_));
  }

  void look_at_blobs() {
    std::map<Digest, Descriptor> blobs;
    for (const CheckSubject& subject : subjects_)
      for (const Descriptor& blob : blobs_of(subject)) blobs.emplace(blob.digest, blob);
    for (const NamedSet& named : sets_)
      for (const Descriptor& blob : named.set ? blobs_of(*named.set) : std::vector<Descriptor>{})
        blobs.emplace(blob.digest, blob);
    std::vector<Descriptor> readable;
    for (const auto& [digest, blob] : blobs)
      if (Problem problem = file_problem(layout_.blob(digest), blob.bytes))
        blob_problems_.emplace(digest, *problem);
      else
        readable.push_back(blob);
    if (!options_.quick && !readable.empty())
      for (DamagedBlob& damaged :
           run_verify_worker(store_, readable, archive_options(), progress_).damaged)
        blob_problems_.emplace(damaged.blob, std::move(damaged.problem));
    forget_what_went();
    for (const auto& [digest, problem] : blob_problems_) tell_blob(digest, problem);
  }

  // What somebody removed while it was looked at is missing rightly.
  void forget_what_went() {
    if (blob_problems_.empty()) return;
    std::erase_if(sets_, [&](const NamedSet& named) { return !has_names(layout_, named.index); });
    std::erase_if(subjects_, [&](const CheckSubject& subject) { return !is_there(subject); });
    std::erase_if(blob_problems_,
                  [&](const auto& problem) { return users(problem.first).empty(); });
  }

  bool is_there(const CheckSubject& subject) const { return is_listed(layout_, subject.image.id); }

  std::vector<std::string> users(const Digest& blob) const {
    return users_of(subjects_, sets_, blob, options_.names);
  }

  // What its record does not say only a registry can.
  void look_at_sets() {
    for (const NamedSet& named : sets_) {
      if (!named.problem || !has_names(layout_, named.index)) continue;
      const std::string name = named.names[0].familiar(options_.names);
      tell("index of " + name, *named.problem, "pull again: " + name);
      needs_are_known_ = false;
    }
  }

  // Once it is away, a pull fetches it again, and nothing else.
  void tell_blob(const Digest& digest, const std::string& problem) {
    const std::string names = base::join(users(digest), ", ");
    const bool was_there = problem != missing;
    const bool is_there_now = base::exists(layout_.blob(digest));
    if (!was_there && is_there_now) return;  // somebody has pulled it meanwhile
    const bool removed = options_.repair && was_there && is_there_now;
    if (removed) {
      const base::FileLock lock = store_.lock_for_change();
      base::remove_file(layout_.blob(digest));
    }
    tell("blob " + digest.text(), fmt::format("{} (of {})", problem, names),
         fmt::format("{}pull again: {}", removed ? "removed; " : "", names));
  }

  void look_at_image(const CheckSubject& subject) {
    const bool whole = std::ranges::none_of(blobs_of(subject), [&](const Descriptor& blob) {
      return blob_problems_.contains(blob.digest);
    });
    std::map<std::string, std::string> disks;  // of the image: what is wrong with it
    for (const Layer& layer : subject.image.layers)
      if (Problem problem = disk_problem(store_.disk_path(layer), layer.disk_bytes))
        disks.emplace(layer.disk, *problem);
    const bool suspect = subject.record_problem || !disks.empty();
    if (suspect && !is_there(subject)) return;
    // A registry has the layers: what is wrong here cannot be made again of them.
    if (!whole || (suspect && subject.image.blobs_dropped)) return look_at_torso(subject, disks);
    const bool compared = !options_.quick && is_comparable(subject.image);
    if (compared || (suspect && options_.repair)) return remake(subject, disks);
    if (subject.record_problem) {
      tell_image(subject, *subject.record_problem, "");
      needs_are_known_ = false;
    }
    for (const auto& [disk, problem] : disks) tell_disk(disk, problem, "");
  }

  // One of which blobs are missing: what of it is damaged cannot be made again.
  void look_at_torso(const CheckSubject& subject, const std::map<std::string, std::string>& disks) {
    if (subject.record_problem) return tell_broken(subject, *subject.record_problem);
    for (const auto& [disk, problem] : disks) {
      tell_disk(disk, problem, "cannot be made again");
      // A pull then makes it again.
      if (options_.repair) base::remove_file(layout_.disk(disk));
    }
    if (!disks.empty()) tell_broken(subject, "lacks a disk and the blobs to make it of");
  }

  void tell_broken(const CheckSubject& subject, const std::string& problem) {
    if (subject.of_set)
      return tell_image(subject, problem,
                        "pull again: " + shown_name(subject.image, options_.names));
    if (subject.record_problem) needs_are_known_ = false;
    checked_.broken.push_back({.image = subject.image, .problem = problem});
  }

  void tell_image(const CheckSubject& subject, const std::string& problem,
                  const std::string& outcome) {
    tell("image " + shown_name(subject.image, options_.names), problem, outcome);
  }

  void tell_disk(const std::string& disk, const std::string& problem, const std::string& outcome) {
    if (told_disks_.insert(disk).second) tell("disk " + disk, problem, outcome);
  }

  // Its blobs are what they should be.
  void remake(const CheckSubject& subject, const std::map<std::string, std::string>& disks) {
    const std::optional<Account> account = worker_account(options_.worker_user);
    Staging staging(store_, account);
    try {
      const WorkerResult made = run_remake_worker(
          store_, staging, {.blobs = {subject.manifest}, .known = known_to(disks)},
          archive_options(), account, progress_);
      if (made.image.id != subject.image.id)
        throw base::Error(base::ErrorKind::corrupt, "its manifest is of another image");
      for (const Layer& layer : made.image.layers) compare(staging, layer, disks);
      compare(subject, made.image);
    } catch (const base::Error& error) {
      if (!is_there(subject)) return;
      if (error.kind() != base::ErrorKind::corrupt)
        throw error.within("checking " + shown_name(subject.image, options_.names));
      // One that looks right otherwise is not to go for that.
      if (subject.record_problem || !disks.empty())
        tell_broken(subject, error.message());
      else
        tell_image(subject, "cannot be made again: " + error.message(), "");
    }
  }

  // In a quick repair whatever looks right.
  std::vector<Layer> known_to(const std::map<std::string, std::string>& disks) const {
    std::vector<Layer> known = options_.quick ? sound_layers(layout_, subjects_) : verified_;
    std::erase_if(known, [&](const Layer& layer) { return disks.contains(layer.disk); });
    return known;
  }

  void compare(Staging& staging, const Layer& layer,
               const std::map<std::string, std::string>& disks) {
    const std::string staged = "disk-" + layer.disk;
    if (!staging.contains(staged)) return;
    const std::string path = store_.disk_path(layer);
    const auto seen = disks.find(layer.disk);
    const Problem problem = seen != disks.end()
                                ? seen->second
                                : disk_difference(staging, staged, path, layer.disk_bytes);
    if (problem) {
      tell_disk(layer.disk, *problem, "made again");
      if (!options_.repair) return;
      const base::FileLock lock = store_.lock_for_change();
      staging.install(staged, path, layer.disk_bytes);
      base::sync_directory(layout_.disks());
    }
    verified_.push_back(layer);
  }

  void compare(const CheckSubject& subject, const Image& made) {
    Image expected = made;
    expected.tags = subject.image.tags;
    expected.digests = subject.image.digests;
    Problem problem = subject.record_problem;
    if (!problem && expected != subject.image)
      problem = "its record is not what its manifest and configuration say";
    if (!problem) return;
    tell_image(subject, *problem, "its record is made again");
    if (!options_.repair) {
      needs_are_known_ = needs_are_known_ && !subject.record_problem;
      return;
    }
    const base::FileLock lock = store_.lock_for_change();
    if (subject.record_problem) base::remove_file(layout_.record(made.id));
    if (subject.of_set)
      write_record(layout_, made);
    else
      store_.put(lock, made, {});
  }

  // Of images that are gone; a container that was made of them has them still.
  void look_at_kept_disks() {
    for (const ImageUse& use : options_.uses)
      for (const std::string& disk : use.disks)
        if (Problem problem = disk_problem(layout_.disk(disk), std::nullopt))
          tell_disk(disk, *problem + fmt::format(" (of container {})", use.container), "");
  }

  void look_at_rest() {
    if (!needs_are_known_) return;
    std::vector<Finding> rest = check_rest(store_, options_);
    std::ranges::move(rest, std::back_inserter(checked_.findings));
  }

  ArchiveOptions archive_options() const {
    return {
        .names = options_.names, .worker_user = options_.worker_user, .worker = options_.worker};
  }

  ImageStore& store_;
  const StoreLayout& layout_;
  const CheckOptions& options_;
  base::Progress& progress_;
  std::vector<NamedSet> sets_;
  std::vector<CheckSubject> subjects_;
  std::map<Digest, std::string> blob_problems_;
  std::vector<Layer> verified_;  // whose disks are what they should be
  std::set<std::string> told_disks_;
  bool needs_are_known_ = true;  // of all images: otherwise nobody can say what is garbage
  Checked checked_;
};

}  // namespace

Checked check(ImageStore& store, const CheckOptions& options, base::Progress& progress) {
  return StoreCheck(store, options, progress).run();
}

void discard(ImageStore& store, const Digest& image) {
  const base::FileLock lock = store.lock_for_change();
  std::vector<IndexEntry> entries = read_index(store.layout());
  std::erase_if(entries, [&](const IndexEntry& entry) { return entry.image == image; });
  write_index(store.layout(), entries);
  base::remove_file(store.layout().record(image));
}

}  // namespace image
